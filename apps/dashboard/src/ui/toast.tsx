import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { ApiProblem } from '../api/client';
import { Button } from './button';

interface Message {
  id: number;
  text: string;
  bad: boolean;
}

interface Toaster {
  say: (text: string) => void;
  /** Stays until it is closed. */
  warn: (text: string) => void;
  /** Tells what went wrong, in the API's own words. */
  fail: (error: unknown) => void;
}

const ToastContext = createContext<Toaster | null>(null);
const SHOWN_MS = 6000;

export function useToast(): Toaster {
  const toaster = useContext(ToastContext);
  if (!toaster) throw new Error('useToast is used outside of ToastProvider');
  return toaster;
}

/** Short messages at the edge of the window, read out by screen readers. Bad ones stay until they are closed. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const lastId = useRef(0);
  const close = useCallback(
    (id: number) => setMessages((shown) => shown.filter((message) => message.id !== id)),
    [],
  );
  const toaster = useMemo<Toaster>(() => {
    const add = (text: string, bad: boolean): void => {
      const id = ++lastId.current;
      setMessages((shown) => [...shown.slice(-2), { id, text, bad }]);
      if (!bad) setTimeout(() => close(id), SHOWN_MS);
    };
    return {
      say: (text) => add(text, false),
      warn: (text) => add(text, true),
      fail: (error) => add(error instanceof ApiProblem ? error.detail : 'Something went wrong.', true),
    };
  }, [close]);
  return (
    <ToastContext.Provider value={toaster}>
      {children}
      <div role="status" aria-live="polite">
        <ul className="toasts">
          {messages.map(({ id, text, bad }) => (
            <li key={id} className={bad ? 'toast bad' : 'toast'}>
              {bad ? (
                <CircleAlert size={17} aria-hidden="true" />
              ) : (
                <CircleCheck size={17} aria-hidden="true" />
              )}
              <span className="grow">{text}</span>
              <Button
                look="quiet"
                small
                aria-label="Dismiss"
                icon={<X size={14} aria-hidden="true" />}
                onClick={() => close(id)}
              />
            </li>
          ))}
        </ul>
      </div>
    </ToastContext.Provider>
  );
}
