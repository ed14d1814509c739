import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c, eventFileHeader, eventRecord } from './tensorboard.js';

test('crc32c gives the published check values', () => {
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa); // RFC 3720 B.4
});

test('a record is framed by its length and both checksums', () => {
  const bytes = eventRecord({ step: 3, wallTime: 1.5, scalars: { loss: 0.25 } });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.equal(bytes.length, length + 16);
  // Event { wall_time = 1.5, step = 3, summary { value { tag: "loss" simple_value: 0.25 } } }
  const hex = Buffer.from(bytes.subarray(12, 12 + length)).toString('hex');
  assert.equal(hex, '09000000000000f83f10032a0d0a0b0a046c6f7373150000803e');
});

test('an event file starts with its version', () => {
  assert.ok(Buffer.from(eventFileHeader(0)).toString('latin1').includes('brain.Event:2'));
});
