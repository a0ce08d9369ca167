/** Methods that a custom request may have. */
export const CUSTOM_METHODS = ['POST', 'PUT', 'PATCH'] as const;
export type CustomMethod = (typeof CUSTOM_METHODS)[number];

/** A request that a customer lays out: Liquid templates over the DEFAULT body. */
export interface CustomRequest {
  method: CustomMethod;
  /** Gives JSON. */
  body: string;
  /** Each gives one line. A header whose value is empty is left out. */
  headers?: Record<string, string>;
}

/** A custom request for one event. */
export interface RenderedRequest {
  method: CustomMethod;
  body: Buffer;
  headers: Record<string, string>;
}

/** The format of deliveries whose templates are a version of their webhook's `request`. */
export type CustomFormat = `CUSTOM:${number}`;

export function customFormat(version: number): CustomFormat {
  return `CUSTOM:${version}`;
}

/** The version of a webhook's `request` that a delivery was committed with; null for every other format. */
export function customVersion(format: string): number | null {
  return format.startsWith('CUSTOM:') ? Number(format.slice('CUSTOM:'.length)) : null;
}
