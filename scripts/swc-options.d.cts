declare const options: import('@swc/core').Options;
export = options;
