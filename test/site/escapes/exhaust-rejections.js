// A flood of rejections that nobody takes.
process.on('unhandledRejection', () => {});
(function again() { for (let i = 0; i < 1000; i++) Promise.reject(i); setImmediate(again); })();
