const TURNS = [
  'Good morning, this is Nora calling on behalf of Brightside Solar. Do you have two minutes?',
  'Yes, but please make it quick, I am about to leave for a meeting at the office.',
  'Of course. You asked for an offer on a battery for your house; may I confirm a few details?',
  'Sure. It is a house of 140 square metres, and the panels are from 2019, eight of them.',
  'Thank you. And roughly what is your yearly consumption, if you have it at hand?',
  'I think it was 4,200 kilowatt hours last year, with the car charging at night mostly.',
  'Great. Based on that, a battery of ten kilowatt hours is what we would suggest to you.',
  'And what would that cost me, all included? My neighbour paid about five thousand.',
];

/**
 * A call record as a voice agent's platform publishes it.
 * @param options `id` of the call, `variant` (which words), `bytes`: about how long its JSON shall be
 */
export function callRecord({ id, variant = 0, bytes = 5_000 }) {
  const record = {
    call: {
      id,
      title: 'Offer for a battery',
      status: 'completed',
      direction: 'outgoing',
      durationSeconds: 183.5,
      startedAt: '2026-11-23T10:00:00.000Z',
      finishedAt: '2026-11-23T10:03:03.500Z',
      endReason: 'agent_hung_up',
      metadata: { crmId: `deal-${1_000 + variant}`, campaign: 'autumn' },
    },
    agent: { id: 'agt_9', name: 'Nora' },
    phoneNumbers: { from: '+14155550100', to: '+442071838750' },
    transcript: { messages: [] },
    summaries: {
      full: 'The customer has panels from 2019 and wants a battery of ten kilowatt hours. They asked for a written offer.',
      short: 'Wants a written offer for a battery.',
    },
    recording: { url: `https://recordings.example.com/${variant}/call.mp3` },
    dataCollected: { budget: 5_000, preferredDate: '2026-12-01', interests: ['solar', 'battery'] },
    evaluationResults: [
      { name: 'Was the goal met?', result: true, rationale: 'The customer asked for an offer.' },
    ],
    tasks: [
      {
        title: 'Send the offer',
        description: 'Battery of 10 kWh',
        dueAt: '2026-11-25T09:00:00.000Z',
        assignee: 'sales',
      },
    ],
  };
  const { messages } = record.transcript;
  let length = JSON.stringify(record).length;
  for (let turn = variant; length < bytes; turn++) {
    const message = {
      role: turn % 2 === variant % 2 ? 'agent' : 'caller',
      text: TURNS[turn % TURNS.length],
      startSeconds: messages.length * 6.5,
      endSeconds: messages.length * 6.5 + 5.2,
      metadata: { tone: 'friendly', emotion: 'neutral', language: 'en' },
    };
    messages.push(message);
    length += JSON.stringify(message).length + 1;
  }
  return record;
}
