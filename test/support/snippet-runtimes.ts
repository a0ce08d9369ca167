/** How to run a snippet: files around it, and the command that answers true or false for each line of cases.tsv. */
export interface SnippetRuntime {
  command: string;
  files: (code: string) => Record<string, string>;
  steps: string[][];
}

/** Of each language in docs/receiving-webhooks.md: how to try its function. */
export const SNIPPET_RUNTIMES: Record<string, SnippetRuntime> = {
  node: {
    command: 'node',
    files: (code) => ({
      'snippet.mjs': code,
      'main.mjs': `
        import { readFileSync } from 'node:fs';
        import { isFromSkipCalls } from './snippet.mjs';
        for (const line of readFileSync('cases.tsv', 'utf8').split('\\n')) {
          const [body, signature, secret] = line.split('\\t');
          const text = (base64) => Buffer.from(base64, 'base64');
          console.log(isFromSkipCalls(text(body), text(signature).toString() || undefined, text(secret).toString()));
        }`,
    }),
    steps: [['node', 'main.mjs']],
  },
  python: {
    command: 'python3',
    files: (code) => ({
      'snippet.py': code,
      'main.py': [
        'from base64 import b64decode as text',
        'from snippet import is_from_skipcalls',
        'for line in open("cases.tsv").read().split("\\n"):',
        '    body, signature, secret = line.split("\\t")',
        '    print(str(is_from_skipcalls(text(body), text(signature).decode() or None, text(secret).decode())).lower())',
      ].join('\n'),
    }),
    steps: [['python3', 'main.py']],
  },
  go: {
    command: 'go',
    files: (code) => ({
      'go.mod': 'module docs\n\ngo 1.20\n',
      'receiver/receiver.go': code,
      'main.go': `package main
        import ("docs/receiver"; "encoding/base64"; "fmt"; "os"; "strings")
        func text(s string) []byte { b, err := base64.StdEncoding.DecodeString(s); if err != nil { panic(err) }; return b }
        func main() {
          cases, _ := os.ReadFile("cases.tsv")
          for _, line := range strings.Split(string(cases), "\\n") {
            part := strings.Split(line, "\\t")
            fmt.Println(receiver.IsFromSkipCalls(text(part[0]), string(text(part[1])), string(text(part[2]))))
          }
        }`,
    }),
    steps: [['go', 'run', '.']],
  },
  php: {
    command: 'php',
    files: (code) => ({
      'snippet.php': code,
      'main.php': `<?php
        require 'snippet.php';
        foreach (explode("\\n", file_get_contents('cases.tsv')) as $line) {
          [$body, $signature, $secret] = array_map('base64_decode', explode("\\t", $line));
          echo isFromSkipCalls($body, $signature === '' ? null : $signature, $secret) ? 'true' : 'false', "\\n";
        }`,
    }),
    steps: [['php', 'main.php']],
  },
  ruby: {
    command: 'ruby',
    files: (code) => ({
      'snippet.rb': code,
      'main.rb': `
        require_relative "snippet"
        File.read("cases.tsv").split("\\n").each do |line|
          body, signature, secret = line.split("\\t", -1).map { |part| part.unpack1("m") }
          puts from_skipcalls?(body, signature.empty? ? nil : signature, secret)
        end`,
    }),
    steps: [['ruby', 'main.rb']],
  },
  java: {
    command: 'javac',
    files: (code) => ({
      'SkipCallsSignature.java': code,
      'Main.java': `
        import java.nio.file.*; import java.util.Base64;
        class Main {
          static byte[] text(String base64) { return Base64.getDecoder().decode(base64); }
          public static void main(String[] none) throws Exception {
            for (String line : Files.readString(Path.of("cases.tsv")).split("\\n")) {
              String[] part = line.split("\\t", -1);
              String signature = part[1].isEmpty() ? null : new String(text(part[1]), "UTF-8");
              System.out.println(SkipCallsSignature.isFromSkipCalls(text(part[0]), signature, new String(text(part[2]), "UTF-8")));
            }
          }
        }`,
    }),
    steps: [
      ['javac', 'Main.java', 'SkipCallsSignature.java'],
      ['java', '-Xshare:auto', '-cp', '.', 'Main'],
    ],
  },
  csharp: {
    command: 'dotnet',
    files: (code) => ({
      'docs.csproj':
        '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net8.0</TargetFramework><Nullable>enable</Nullable></PropertyGroup></Project>',
      'Snippet.cs': code,
      'Main.cs': `
        foreach (string line in System.IO.File.ReadAllText("cases.tsv").Split('\\n')) {
          byte[] Text(string base64) => System.Convert.FromBase64String(base64);
          string[] part = line.Split('\\t');
          string? signature = part[1] == "" ? null : System.Text.Encoding.UTF8.GetString(Text(part[1]));
          bool answer = SkipCallsSignature.IsFromSkipCalls(Text(part[0]), signature, System.Text.Encoding.UTF8.GetString(Text(part[2])));
          System.Console.WriteLine(answer ? "true" : "false");
        }`,
    }),
    steps: [['dotnet', 'run']],
  },
};
