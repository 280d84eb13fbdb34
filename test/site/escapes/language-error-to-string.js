// An object whose conversion to a string never comes to an end by itself.
const deep = { toString() { return String(this); } };
try { String(deep); } catch (error) { console.log(error.name); }
throw deep;
