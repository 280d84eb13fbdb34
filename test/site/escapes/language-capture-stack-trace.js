// Error.captureStackTrace upon things that are no errors, and limits that are none.
const G = (0, eval)('globalThis');
for (const it of [G, Object.prototype, Array.prototype, process, require]) try { Error.captureStackTrace(it); } catch {}
for (const limit of [Infinity, -1, NaN, 'x', { valueOf() { throw 1; } }, 1e9]) { Error.stackTraceLimit = limit; try { null.x; } catch (error) { String(error.stack); } }
delete Error.stackTraceLimit;
throw new Error('bare');
