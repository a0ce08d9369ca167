import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem';

const MAX_DEPTH = 32;

/** Refuses bodies that are nested so deeply that walking them by recursion could exhaust the stack. */
export function refuseDeepJson(request: Request, _response: Response, next: NextFunction): void {
  const tooDeep = depthExceeds(request.body, MAX_DEPTH);
  next(
    tooDeep
      ? Problem.invalid([{ path: '', message: `must not be nested more than ${MAX_DEPTH} levels deep` }])
      : undefined,
  );
}

/** Whether a JSON value has more levels of objects and arrays than allowed; goes level by level, without recursion. */
export function depthExceeds(value: unknown, max: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > max) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
