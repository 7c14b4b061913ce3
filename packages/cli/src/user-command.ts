import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { TokenCreated, UserInfo } from '@calliope/model';
import { Command, Option } from 'commander';
import { addConnectionOptions, formatOption } from './command-options.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { type ConnectionOptions, withServer } from './server-connection.ts';
import { textTable } from './text-table.ts';

const roleOption = () => new Option('--role <ROLE>', 'what the user may do').choices(['admin', 'user']);

/** `calliope user list|add|password|role|remove|token` */
export function userCommand(): Command {
  const command = new Command('user').description('The users of the web interface and the API.');
  command.addCommand(
    addConnectionOptions(
      new Command('list').description('List the users.').addOption(formatOption(['table', 'json'], 'table')),
    ).action(list),
  );
  command.addCommand(
    addConnectionOptions(
      new Command('add')
        .description(
          'Add a user. The password is read from standard input; without one, a random one is made and printed once.',
        )
        .argument('<NAME>')
        .addOption(roleOption().default('user')),
    ).action(add),
  );
  command.addCommand(
    addConnectionOptions(
      new Command('password')
        .description("Set a user's password (read from standard input, or made and printed once).")
        .argument('<NAME>'),
    ).action(setPassword),
  );
  command.addCommand(
    addConnectionOptions(
      new Command('role')
        .description("Change a user's role.")
        .argument('<NAME>')
        .addOption(roleOption().makeOptionMandatory()),
    ).action(setRole),
  );
  command.addCommand(
    addConnectionOptions(
      new Command('remove').description('Remove a user with their sessions and tokens.').argument('<NAME>'),
    ).action(remove),
  );
  command.addCommand(
    addConnectionOptions(
      new Command('token')
        .description('Make an API token for oneself; it is printed this once.')
        .argument('<TOKEN-NAME>', 'what the token is for')
        .option('--days <N>', 'days until it expires'),
    ).action(token),
  );
  return command;
}

async function list(options: ConnectionOptions & { format: string }): Promise<void> {
  const users = await withServer(options, (client) => client.json<UserInfo[]>('users'));
  if (options.format === 'json') console.log(JSON.stringify(users, null, 2));
  else {
    const rows = users.map((user) => [
      user.username,
      user.role,
      new Date(user.createdUs / 1000).toISOString(),
      user.mustChangePassword ? 'yes' : 'no',
    ]);
    console.log(textTable(['user', 'role', 'since', 'must change password'], rows));
  }
}

async function add(username: string, options: ConnectionOptions & { role: string }): Promise<void> {
  const { password, made } = await readPassword();
  await withServer({ ...options, create: true }, (client) =>
    client.send('POST', 'users', { username, role: options.role, password }),
  );
  console.log(made ? `User ${username} added. Password (shown this once): ${password}` : `User ${username} added.`);
}

async function setPassword(username: string, options: ConnectionOptions): Promise<void> {
  const { password, made } = await readPassword();
  await withServer(options, (client) => client.send('PATCH', `users/${encodeURIComponent(username)}`, { password }));
  console.log(made ? `Password of ${username} (shown this once): ${password}` : `Password of ${username} set.`);
}

async function setRole(username: string, options: ConnectionOptions & { role: string }): Promise<void> {
  await withServer(options, (client) =>
    client.send('PATCH', `users/${encodeURIComponent(username)}`, { role: options.role }),
  );
  console.log(`${username} is now ${options.role}.`);
}

async function remove(username: string, options: ConnectionOptions): Promise<void> {
  await withServer(options, (client) => client.send('DELETE', `users/${encodeURIComponent(username)}`));
  console.log(`User ${username} removed.`);
}

async function token(name: string, options: ConnectionOptions & { days?: string }): Promise<void> {
  const days = options.days === undefined ? undefined : Number(options.days);
  if (days !== undefined && !(Number.isInteger(days) && days > 0))
    throw new CommandError(ExitCode.USAGE, '--days must be a whole number above 0');
  const created = await withServer(options, (client) =>
    client.send<TokenCreated>('POST', 'tokens', { name, ...(days === undefined ? {} : { expiresInDays: days }) }),
  );
  console.log(created.secret);
}

/** One line of standard input when it is not a terminal and not empty; asked for on a terminal; else made: 20 characters of 6 bits. */
async function readPassword(): Promise<{ password: string; made: boolean }> {
  if (process.stdin.isTTY) {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    const typed = await prompt.question('Password (empty: make one): ');
    prompt.close();
    if (typed !== '') return { password: typed, made: false };
  } else {
    const lines = createInterface({ input: process.stdin });
    for await (const line of lines) {
      if (line !== '') return { password: line, made: false };
      break;
    }
  }
  return { password: randomBytes(15).toString('base64url'), made: true };
}
