import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on

/** CPU time spent so far, in milliseconds, by processes and all their descendants, those that have ended included. */
export function cpuMs(rootPids) {
  let ticks = 0;
  for (const { own, ofEndedChildren } of treeOf(rootPids).values()) ticks += own + ofEndedChildren;
  return ticks * TICK_MS;
}

/** Resident memory of processes and their descendants, in bytes; pages shared between them are counted once (PSS). */
export function memoryBytes(rootPids) {
  let kilobytes = 0;
  for (const pid of treeOf(rootPids).keys()) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))[1]);
    } catch {
      // It has just ended.
    }
  }
  return kilobytes * 1024;
}

/** The pids of processes and all their living descendants. */
export function descendants(rootPids) {
  return [...treeOf(rootPids).keys()];
}

function treeOf(rootPids) {
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'latin1');
      // The command's name is in brackets and may hold blanks; the numbers begin after the last bracket.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      all.set(Number(name), {
        parent: Number(fields[1]),
        own: Number(fields[11]) + Number(fields[12]),
        ofEndedChildren: Number(fields[13]) + Number(fields[14]),
      });
    } catch {
      // It has just ended.
    }
  }
  const tree = new Map();
  let edge = rootPids.filter((pid) => all.has(pid));
  while (edge.length > 0) {
    for (const pid of edge) tree.set(pid, all.get(pid));
    const parents = new Set(edge);
    edge = [...all].filter(([pid, stat]) => parents.has(stat.parent) && !tree.has(pid)).map(([pid]) => pid);
  }
  return tree;
}
