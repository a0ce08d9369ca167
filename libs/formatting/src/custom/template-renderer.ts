import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { defaultFormatter } from '../formatters/default';
import type { RenderableEvent } from '../formatters/formatter';
import type { CustomRequest, RenderedRequest } from './custom-request';

/** Why a template gave no request. */
export class TemplateError extends Error {
  /** @param isLimit it took too much time or memory, which it might not at another time. */
  constructor(
    readonly path: string,
    message: string,
    readonly isLimit = false,
  ) {
    super(message);
  }
}

const THREADS = 2;
/** A thread that takes longer for one request is ended, in milliseconds. */
const END_AFTER_MS = 2_000;
const THREAD_MEMORY = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

const HEADER_VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;
const MAX_HEADER_VALUE = 4_096;

type Answer =
  | { body: string; headers: Record<string, string> }
  | { error: { path: string; message: string; isLimit: boolean } };

interface Job {
  key: string;
  message: { body: string; headers: Record<string, string>; event: string };
  resolve(answer: Answer): void;
  reject(error: TemplateError): void;
}

/**
 * Renders custom requests in threads, so that a template that loops or builds gigabytes neither blocks this process nor
 * takes its memory. Keys take turns, and each has one thread at most: a template that is always too slow leaves the other
 * thread to everybody else.
 */
export class TemplateRenderer {
  private readonly waiting = new Map<string, Job[]>();
  private readonly running = new Set<string>();
  private readonly idle: Worker[] = [];
  private readonly threads = new Set<Worker>();
  private isStopped = false;

  /**
   * @param key whose turn it is, e.g. the webhook.
   * @throws TemplateError
   */
  async render(key: string, request: CustomRequest, event: RenderableEvent): Promise<RenderedRequest> {
    const message = {
      body: request.body,
      headers: request.headers ?? {},
      event: defaultFormatter.render(event).toString('utf8'),
    };
    const answer = await new Promise<Answer>((resolve, reject) => {
      const jobs = this.waiting.get(key) ?? [];
      jobs.push({ key, message, resolve, reject });
      this.waiting.set(key, jobs);
      this.work();
    });
    if ('error' in answer)
      throw new TemplateError(answer.error.path, answer.error.message, answer.error.isLimit);
    return {
      method: request.method,
      body: Buffer.from(answer.body, 'utf8'),
      headers: checkedHeaders(answer.headers),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.threads].map((thread) => thread.terminate()));
  }

  private work(): void {
    for (const [key, jobs] of this.waiting) {
      if (this.running.has(key)) continue;
      const thread = this.idle.pop();
      if (!thread) return this.startThread();
      const job = jobs.shift()!;
      // To the end of the line: keys take turns.
      this.waiting.delete(key);
      if (jobs.length > 0) this.waiting.set(key, jobs);
      this.run(thread, job);
    }
  }

  private startThread(): void {
    if (this.threads.size >= THREADS || this.isStopped) return;
    const thread = new Worker(join(__dirname, 'liquid-worker.cjs'), { resourceLimits: THREAD_MEMORY });
    thread.unref();
    this.threads.add(thread);
    const gone = (): void => {
      this.threads.delete(thread);
      const at = this.idle.indexOf(thread);
      if (at !== -1) this.idle.splice(at, 1);
    };
    thread.once('message', () => {
      this.idle.push(thread);
      this.work();
    });
    thread.on('error', gone);
    thread.on('exit', () => {
      gone();
      if (this.waiting.size > 0) this.work();
    });
  }

  private run(thread: Worker, job: Job): void {
    this.running.add(job.key);
    thread.ref();
    const end = (): void => {
      clearTimeout(timer);
      thread.off('message', answered).off('error', failed).off('exit', failed);
      thread.unref();
      this.running.delete(job.key);
    };
    const answered = (answer: Answer): void => {
      end();
      this.idle.push(thread);
      job.resolve(answer);
      this.work();
    };
    const failed = (): void => {
      end();
      job.reject(new TemplateError('request.body', 'it takes too much time or memory', true));
      // Its end makes room for another thread, and goes on with what waits.
      void thread.terminate();
    };
    const timer = setTimeout(failed, END_AFTER_MS);
    thread.on('message', answered).on('error', failed).on('exit', failed);
    thread.postMessage(job.message);
  }
}

function checkedHeaders(rendered: Record<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(rendered)) {
    if (value === '') continue;
    if (value.length > MAX_HEADER_VALUE || !HEADER_VALUE.test(value))
      throw new TemplateError(
        `request.headers.${name}`,
        'it does not give one line of at most 4,096 printable ASCII characters',
      );
    headers[name] = value;
  }
  return headers;
}
