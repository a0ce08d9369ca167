export interface Snippet {
  id: string;
  name: string;
  code: string;
}

/**
 * How a receiver verifies `X-Webhook-Signature`. Each runs as it stands, with what its language brings along (Express
 * and Flask aside, for which alternatives are named), and compares in constant time.
 */
export const SNIPPETS: Snippet[] = [
  {
    id: 'node',
    name: 'Node',
    code: `import crypto from 'node:crypto';
import express from 'express';

const app = express();
const secret = process.env.SKIPCALLS_WEBHOOK_SECRET;

// express.raw keeps the exact bytes; do not use express.json on this route.
app.post('/webhooks/skipcalls', express.raw({ type: 'application/json', limit: '2mb' }), (req, res) => {
  const expected = crypto.createHmac('sha256', secret).update(req.body).digest('hex');
  const given = req.get('X-Webhook-Signature') ?? '';
  const valid = given.length === expected.length
    && crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  if (!valid) return res.sendStatus(401);

  res.sendStatus(200); // answer first, work later
  const event = JSON.parse(req.body.toString('utf8'));
  console.log(event.type, event.data.call.id);
});

app.listen(3000);`,
  },
  {
    id: 'python',
    name: 'Python',
    code: `import hashlib
import hmac
import os

from flask import Flask, request

app = Flask(__name__)
secret = os.environ["SKIPCALLS_WEBHOOK_SECRET"].encode()


@app.post("/webhooks/skipcalls")
def skipcalls():
    body = request.get_data()  # the raw bytes, before any JSON parsing
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    given = request.headers.get("X-Webhook-Signature", "")
    if not hmac.compare_digest(given, expected):
        return "", 401

    event = request.get_json()
    print(event["type"], event["data"]["call"]["id"])
    return "", 200`,
  },
  {
    id: 'go',
    name: 'Go',
    code: `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
)

func main() {
	secret := []byte(os.Getenv("SKIPCALLS_WEBHOOK_SECRET"))

	http.HandleFunc("/webhooks/skipcalls", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))
		if err != nil {
			http.Error(w, "body", http.StatusBadRequest)
			return
		}
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		expected := hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(r.Header.Get("X-Webhook-Signature")), []byte(expected)) {
			http.Error(w, "signature", http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusOK) // json.Unmarshal(body, &event) comes after
	})
	http.ListenAndServe(":3000", nil)
}`,
  },
  {
    id: 'php',
    name: 'PHP',
    code: `<?php
$secret = getenv('SKIPCALLS_WEBHOOK_SECRET');

$body = file_get_contents('php://input'); // the raw bytes, not $_POST
$expected = hash_hmac('sha256', $body, $secret);
$given = $_SERVER['HTTP_X_WEBHOOK_SIGNATURE'] ?? '';

if (!hash_equals($expected, $given)) {
    http_response_code(401);
    exit;
}

http_response_code(200);
$event = json_decode($body, true);
error_log($event['type'] . ' ' . $event['data']['call']['id']);`,
  },
  {
    id: 'ruby',
    name: 'Ruby',
    code: `# config.ru, started with rackup
require 'json'
require 'openssl'
require 'rack'

secret = ENV.fetch('SKIPCALLS_WEBHOOK_SECRET')

run lambda { |env|
  body = env['rack.input'].read # the raw bytes
  expected = OpenSSL::HMAC.hexdigest('SHA256', secret, body)
  given = env['HTTP_X_WEBHOOK_SIGNATURE'].to_s

  if Rack::Utils.secure_compare(expected, given)
    event = JSON.parse(body)
    warn "#{event['type']} #{event['data']['call']['id']}"
    [200, {}, []]
  else
    [401, {}, []]
  end
}`,
  },
];
