import type { Action, ActionContext, ActionRequest, BaseRecord, RecordJSON } from 'adminjs';
import type { Response } from 'express';
import { Problem, toProblem, type FieldError } from '@app/platform';
import {
  inputErrors,
  type By,
  type Done,
  type Field,
  type Input,
  type StaffAction,
  type Subject,
} from '../actions/staff-action';
import { may, type Role } from '../staff/permissions';

/** The member of staff as AdminJS passes them along. Every page's own data holds it, so nothing more is in it. */
export interface CurrentStaff {
  id: string;
  email: string;
  title: string;
  name: string;
  role: Role;
}

/** What the form of an action is drawn from. */
export interface Asked {
  label: string;
  question: string;
  fields: Field[];
  needsReason: boolean;
  isDangerous: boolean;
}

/** What the form gets back. */
export interface Answer {
  done?: Done;
  failed?: { detail: string; errors: FieldError[] };
}

/**
 * A staff action as AdminJS has actions: GET draws the form and changes nothing; POST, which only our own pages can
 * send, checks role, reason and input once more, and acts.
 */
export function asksFirst(action: StaffAction): Action<never> {
  const isAccessible = ({ currentAdmin, record }: ActionContext): boolean => {
    const staff = currentAdmin as CurrentStaff | undefined;
    if (!may(staff?.role, action.permission)) return false;
    return action.kind !== 'record' || !record || (action.isOffered?.(subjectOf(record)) ?? true);
  };
  const definition = {
    name: action.name,
    actionType: action.kind,
    icon: action.icon,
    component: 'ActionForm',
    variant: action.isDangerous ? 'danger' : 'default',
    isAccessible,
    isVisible: isAccessible,
    showFilter: false,
    custom: { title: action.label },
    handler: async (request: ActionRequest, response: Response, context: ActionContext) => {
      const shown = shownRecords(context);
      try {
        const asked = await ask(action, context);
        if (request.method !== 'post') return { ...withAsked(shown, asked), asked };
        const done = await act(action, asked.fields, context, (request.payload ?? {}) as Input);
        return { ...shown, done } satisfies Answer;
      } catch (error) {
        const problem = toProblem(error);
        response.status(problem.status);
        if (problem.status >= 500 && !(error instanceof Problem)) throw error;
        return {
          ...shown,
          failed: { detail: problem.detail, errors: problem.extra.errors ?? [] },
        } satisfies Answer;
      }
    },
  };
  return definition as unknown as Action<never>;
}

async function ask(action: StaffAction, context: ActionContext): Promise<Asked> {
  const asked = await (action.kind === 'record'
    ? action.ask(subjectOf(context.record!))
    : action.kind === 'bulk'
      ? action.ask((context.records ?? []).map(subjectOf))
      : action.ask());
  return {
    label: action.label,
    question: asked.question,
    fields: asked.fields ?? [],
    needsReason: action.needsReason,
    isDangerous: action.isDangerous ?? false,
  };
}

async function act(
  action: StaffAction,
  fields: Field[],
  context: ActionContext,
  input: Input,
): Promise<Done> {
  const errors = inputErrors(action, fields, input);
  if (errors.length > 0) throw Problem.invalid(errors);
  const staff = context.currentAdmin as unknown as CurrentStaff;
  const by: By = { staffId: staff.id, role: staff.role, reason: (input['reason'] ?? '').trim() };
  switch (action.kind) {
    case 'record':
      return action.act(subjectOf(context.record!), input, by);
    case 'bulk':
      return action.act((context.records ?? []).map(subjectOf), input, by);
    case 'resource':
      return action.act(input, by);
  }
}

export function subjectOf(record: BaseRecord): Subject {
  return { ...record.params, id: String(record.id()) };
}

/** AdminJS wants the records back; a resource's action has none. */
function shownRecords(context: ActionContext): { record?: RecordJSON; records?: RecordJSON[] } {
  if (context.records)
    return { records: context.records.map((record) => record.toJSON(context.currentAdmin)) };
  if (context.record) return { record: context.record.toJSON(context.currentAdmin) };
  return {};
}

/** The record route hands its component nothing but the record, so the question travels in it. */
function withAsked(shown: ReturnType<typeof shownRecords>, asked: Asked): ReturnType<typeof shownRecords> {
  if (!shown.record) return shown;
  return { record: { ...shown.record, params: { ...shown.record.params, asked } } };
}
