import type { CallData } from './call-data';
import type { EventType } from './event-types';

const COMPLETED: CallData = {
  call: {
    id: 'call_sample_0001',
    title: 'Follow-up with Ada',
    status: 'completed',
    direction: 'outgoing',
    durationSeconds: 93.5,
    startedAt: '2026-11-23T09:58:20.000Z',
    finishedAt: '2026-11-23T09:59:53.500Z',
    endReason: 'agent_hung_up',
    metadata: { crmId: '42' },
  },
  agent: { id: 'agt_9', name: 'Nora' },
  phoneNumbers: { from: '+14155550100', to: '+442071838750' },
  transcript: {
    text:
      'Agent: Hello Ada, this is Nora from Sunny Roofs. Do you have a minute?\n' +
      'Caller: Hi Nora, yes. We would spend about 5,000.\n' +
      'Agent: Wonderful. I will send you the quote for solar panels and a battery.',
    messages: [
      {
        role: 'agent',
        text: 'Hello Ada, this is Nora from Sunny Roofs. Do you have a minute?',
        startSeconds: 0.4,
        endSeconds: 4.1,
        metadata: { tone: 'friendly', emotion: 'neutral', language: 'en' },
      },
      {
        role: 'caller',
        text: 'Hi Nora, yes. We would spend about 5,000.',
        startSeconds: 4.9,
        endSeconds: 8.2,
        metadata: { tone: 'relaxed', emotion: 'interested', language: 'en' },
      },
      {
        role: 'agent',
        text: 'Wonderful. I will send you the quote for solar panels and a battery.',
        startSeconds: 8.8,
        endSeconds: 13.6,
        metadata: { tone: 'friendly', emotion: 'happy', language: 'en' },
      },
    ],
  },
  summaries: {
    full: 'Nora followed up with Ada on her request. Ada has a budget of about 5,000, is interested in solar panels and a battery, and would like the work done on 1 December. Nora will send a quote.',
    short: 'Ada wants a quote for solar panels and a battery.',
  },
  recording: { url: 'https://recordings.example.com/call_sample_0001.mp3' },
  dataCollected: { budget: 5000, preferredDate: '2026-12-01', interests: ['solar', 'battery'] },
  evaluationResults: [
    { name: 'Was the goal met?', result: true, rationale: 'Ada asked for a quote.' },
    { name: 'Did the agent mention pricing?', result: false, rationale: 'No price was named.' },
  ],
  tasks: [
    {
      title: 'Send the quote',
      description: 'Solar panels and a battery, for about 5,000.',
      dueAt: '2026-11-24T17:00:00.000Z',
      assignee: 'sales',
    },
  ],
};

const FAILED: CallData = {
  call: {
    id: 'call_sample_0002',
    title: 'Follow-up with Ada',
    status: 'no_answer',
    direction: 'outgoing',
    durationSeconds: 0,
    startedAt: '2026-11-23T09:58:20.000Z',
    finishedAt: '2026-11-23T09:58:50.000Z',
    endReason: 'no_answer',
    metadata: { crmId: '42' },
  },
  agent: { id: 'agt_9', name: 'Nora' },
  phoneNumbers: { from: '+14155550100', to: '+442071838750' },
  transcript: null,
  summaries: null,
  recording: null,
  dataCollected: {},
  evaluationResults: [],
  tasks: [],
};

/** A made-up call record as an event of the given type could carry it: what "Test webhook" sends. */
export function sampleCallData(type: EventType): CallData {
  switch (type) {
    case 'CALL_COMPLETED':
      return structuredClone(COMPLETED);
    case 'CALL_FAILED':
      return structuredClone(FAILED);
    case 'INCOMING_CALL_COMPLETED':
      return incoming(COMPLETED, {
        id: 'call_sample_0003',
        title: 'Call from Ada',
        endReason: 'caller_hung_up',
      });
    case 'INCOMING_CALL_FAILED':
      return incoming(FAILED, {
        id: 'call_sample_0004',
        title: 'Call from Ada',
        status: 'failed',
        endReason: 'agent_unavailable',
      });
  }
}

function incoming(outgoing: CallData, call: Partial<CallData['call']>): CallData {
  const { from, to } = outgoing.phoneNumbers;
  return {
    ...structuredClone(outgoing),
    call: { ...structuredClone(outgoing.call), direction: 'incoming', ...call },
    phoneNumbers: { from: to, to: from },
  };
}
