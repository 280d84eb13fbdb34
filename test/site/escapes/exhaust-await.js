// An endless await.
(async () => { for (;;) await null; })();
