// Some of plotly's dependencies know the global object by Node's name. Imported before plotly.
Object.assign(globalThis, { global: globalThis });
