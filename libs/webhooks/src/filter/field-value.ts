/**
 * The value of a field of a call record, or undefined where there is none. An empty section is null in a body, so null
 * counts as not existing.
 *
 * The names of collected data and evaluations are free text and may contain dots: the longest name that exists wins.
 * An evaluation is found by its name (`evaluationResults.Was the goal met?` is its result), other list items by their
 * index (`tasks.0.title`).
 */
export function fieldValue(data: object, path: string): unknown {
  const value = resolve(data, path);
  return value === null ? undefined : value;
}

function resolve(node: unknown, path: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  const direct = member(node, path);
  if (direct !== undefined) return isEvaluation(direct) ? direct.result : direct;
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const child = member(node, path.slice(0, dot));
    if (child === undefined) continue;
    const value = resolve(child, path.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

function member(node: object, name: string): unknown {
  if (!Array.isArray(node))
    return Object.hasOwn(node, name) ? (node as Record<string, unknown>)[name] : undefined;
  const named = node.find((item) => isEvaluation(item) && item.name === name) as unknown;
  return named ?? (/^\d{1,4}$/.test(name) ? (node[Number(name)] as unknown) : undefined);
}

function isEvaluation(value: unknown): value is { name: string; result: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'name') &&
    Object.hasOwn(value, 'result')
  );
}
