// An endless asynchronous generator.
(async () => { for await (const one of (async function* () { for (;;) yield 1; })()) void one; })();
