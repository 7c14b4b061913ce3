// Writes docs/configuration.md from the table of settings; with `--check`, says whether it is as it would be written.
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { environmentName, flagName, SETTINGS } from '../packages/cli/src/settings.ts';

const FILE = 'docs/configuration.md';

const rows = SETTINGS.map((setting) => {
  const fallback =
    setting.path === 'node.name' ? "the machine's name" : setting.fallback === '' ? 'none' : `\`${setting.fallback}\``;
  return `| \`${setting.path}\` | \`${environmentName(setting)}\` | \`${flagName(setting)}\` | ${fallback} | ${setting.reloadable ? 'yes' : ''} | ${setting.description} |`;
});
const text = `# Configuration

Every setting has a name in the file, in the environment and as a flag of \`calliope serve\`. Flags win over the environment, the environment
over the file, the file over the defaults. All mistakes are told at once at start, with exit status 2.

The file is YAML: \`calliope.yaml\` in the working directory, else \`/etc/calliope/calliope.yaml\`, or the one named by \`--config\` or
\`CALLIOPE_CONFIG\`. Lists are comma-separated in the environment and in flags. Sizes are \`500MB\` (decimal) or \`2GiB\` (binary).

\`\`\`yaml
http: 127.0.0.1:9080
hep:
  listen: "[::]:9060"
  allow: [10.0.0.0/8]
retention:
  days: 30
  disk: 200GB
\`\`\`

| file | environment | flag | default | reload | what |
|---|---|---|---|---|---|
${rows.join('\n')}

## While it runs

On SIGHUP (\`systemctl reload calliope\`), or \`calliope reload\`, the server reads the file it was started with again and puts in force what
is marked under *reload*, without missing a packet; TLS certificates are read again too. The environment and the flags stay those of the
start. What else was changed is named in the log, in \`calliope health\` and by \`calliope reload\`, and waits for a restart. A file with
mistakes changes nothing, and the mistakes are named in the same places. \`calliope reload\` exits with 0 when all is in force, 6 when
something waits for a restart, 2 when the file has mistakes, 4 when no server runs.

The commands that speak to a server also know \`CALLIOPE_SERVER\` (\`--server\`) and \`CALLIOPE_TOKEN\` (\`--token\`).
`;

if (process.argv.includes('--check')) {
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== text) {
    console.error(`${FILE} is not what scripts/configuration-doc.ts writes: run it and commit.`);
    process.exit(1);
  }
} else {
  await writeFile(FILE, text);
}
