// A rejection whose handler rejects.
process.on('unhandledRejection', () => Promise.reject(1));
Promise.reject(0);
