/** `script` is below node_modules. */
export const parts: { name: string; script: string; args: string[]; oneCore?: boolean }[];
