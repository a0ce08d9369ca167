import { Plus } from 'lucide-react';
import { Link } from 'wouter';
import { GoButton, LinkButton } from '../../ui/button';
import { Code } from '../../ui/code';

const SAMPLE = `{
  "type": "CALL_COMPLETED",
  "data": {
    "call": { "id": "call_123", "durationSeconds": 93.5 },
    "transcript": { "text": "Agent: Hello…\\nCaller: Hi…" },
    "summaries": { "short": "Ada wants a quote." },
    "dataCollected": {
      "budget": 5000,
      "interests": ["solar", "battery"]
    }
  }
}`;

/** The first thing that a new customer sees: what a webhook is for, and how one gets to a first delivery. */
export function NoWebhooks() {
  return (
    <section className="stack loose" aria-labelledby="no-webhooks">
      <div className="card padded split form" style={{ alignItems: 'center' }}>
        <div className="stack">
          <h2 id="no-webhooks" style={{ fontSize: 19 }}>
            Get every call’s data in your own systems
          </h2>
          <p className="soft">
            A webhook sends you transcript, summary and collected data the moment a call is completed or
            fails: to your server, or to Zapier, HubSpot or Salesforce. No polling, no copying by hand.
          </p>
          <div className="row wrap">
            <GoButton to="/settings/webhooks/new" look="primary" icon={<Plus size={16} aria-hidden="true" />}>
              Create Webhook
            </GoButton>
            <LinkButton to="/verify">How to verify signatures</LinkButton>
          </div>
        </div>
        <Code title="What you will receive" text={SAMPLE} />
      </div>
      <ol className="steps">
        <li>
          <h3>Have a URL</h3>
          <p className="soft">
            An endpoint of your own, or a catch hook of Zapier. Just to look, webhook.site gives you one
            without any code.
          </p>
        </li>
        <li>
          <h3>Create the webhook</h3>
          <p className="soft">
            Choose the events and the format. With a secret, every request is signed, so that you know it
            comes from us.
          </p>
        </li>
        <li>
          <h3>Test it</h3>
          <p className="soft">
            “Test Webhook” sends a sample call and shows what your server answered. Answer with 200 within 10
            seconds. See{' '}
            <Link to="/deliveries" className="underlined">
              Deliveries
            </Link>{' '}
            for every attempt.
          </p>
        </li>
      </ol>
    </section>
  );
}
