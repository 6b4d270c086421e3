// What a landscape is asked for stands where the screen may read it too.
export * from '../../params/landscape-settings.ts';
