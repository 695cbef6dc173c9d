// What goes to the ledger in one request: at most so many entries, and so many bytes.
//
// for (const batch of batches(lines, (line) => line.body)) ...

const AT_ONCE = 200;
const BYTES_AT_ONCE = 2 << 20;

export function* batches(values, bodyOf) {
  let batch = [];
  let size = 0;
  for (const value of values) {
    const more = bodyOf(value).length;
    if (batch.length === AT_ONCE || (batch.length && size + more > BYTES_AT_ONCE)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(value);
    size += more;
  }
  if (batch.length) yield batch;
}
