import { HIDDEN, maskPersonalData, maskPhone } from './mask';

const DATA = {
  call: {
    id: 'call_1',
    title: 'Follow-up with Ada',
    status: 'completed',
    metadata: { name: 'Ada Lovelace' },
  },
  agent: { id: 'agt_9', name: 'Nora' },
  phoneNumbers: { from: '+14155550100', to: '+442071838750' },
  transcript: { text: 'Caller: my card is 4111', messages: [{ role: 'user', text: 'my card is 4111' }] },
  summaries: { full: 'Ada wants solar', short: 'solar' },
  recording: { url: 'https://rec.example/ada.mp3' },
  dataCollected: { budget: 5000 },
  evaluationResults: [{ name: 'ok', result: true, rationale: 'Ada said so' }],
  tasks: [{ title: 'Call Ada' }],
};
const FLAT = {
  event_id: 'evt_1', call_id: 'call_1', call_status: 'completed', call_title: 'Follow-up with Ada', agent_id: 'agt_9', agent_name: 'Nora',
  from_number: '+14155550100', to_number: '+442071838750', transcript: 'my card is 4111', transcript_message_count: 1,
  summary_full: 'Ada wants solar', recording_url: 'https://rec.example/ada.mp3', evaluation_count: 1, evaluation_passed_count: 1,
  tasks: 'Call Ada', task_count: 1, collected_budget: 5000, evaluation_ok: true, evaluation_ok_rationale: 'Ada said so',
  task_1_title: 'Call Ada', call_metadata_name: 'Ada Lovelace',
}; // prettier-ignore
const PERSONAL = /Ada|Nora|4111|\+14155|7183|solar|5000|rec\.example/;

describe('hiding personal data', () => {
  it.each([
    ['an event’s data', DATA],
    ['a body in the default format', { id: 'evt_1', type: 'CALL_COMPLETED', data: DATA }],
    ['a body in the Zapier format', FLAT],
  ])('should leave nothing personal in %s, and the rest as it is', (_name, body) => {
    const masked = maskPersonalData(JSON.stringify(body));
    expect(masked).not.toMatch(PERSONAL);
    expect(masked).toContain('call_1');
    expect(masked).toContain('completed');
    expect(masked).toContain('agt_9');
  });

  it('should keep counts of a flat body', () => {
    const masked = JSON.parse(maskPersonalData(JSON.stringify(FLAT)));
    expect(masked).toMatchObject({
      transcript_message_count: 1,
      evaluation_count: 1,
      evaluation_passed_count: 1,
      task_count: 1,
    });
  });

  it('should show that there is nothing where there is nothing', () => {
    const masked = JSON.parse(
      maskPersonalData(JSON.stringify({ ...DATA, transcript: null, tasks: [], dataCollected: {} })),
    );
    expect(masked).toMatchObject({ transcript: null, tasks: [], dataCollected: {} });
  });

  it('should leave out sections and fields that it does not know, names included', () => {
    const masked = maskPersonalData(
      JSON.stringify({ ...DATA, later: { Ada: 1 }, call: { ...DATA.call, caller: 'Ada' } }),
    );
    expect(masked).not.toMatch(/later|caller|Ada/);
  });

  it('should show a status or end reason only if it is a code', () => {
    const of = (endReason: string) => maskPersonalData(JSON.stringify({ call: { id: 'c', endReason } }));
    expect(of('agent_hung_up')).toContain('agent_hung_up');
    expect(of('Ada said: goodbye')).not.toContain('Ada');
  });

  it.each(['not json', '[1]', '"text +14155550100"', '{"unknown":"+14155550100"}'])(
    'should hide %s whole',
    (text) => {
      expect(maskPersonalData(text)).toBe(HIDDEN);
    },
  );

  it.each([
    ['+442071838750', '••••50'],
    ['911', '••••'],
    [null, null],
  ])('the phone number %j shows as %j', (number, shown) => {
    expect(maskPhone(number)).toBe(shown);
  });
});
