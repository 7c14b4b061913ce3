/** Directory of the built interface, as a file: address. It exists after `vite build`. */
export const webDistUrl = new URL('../dist/', import.meta.url);
