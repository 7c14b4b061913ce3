import { test } from 'node:test';
import type {
  CallMessage,
  CallRecord,
  CallResponse,
  ErrorResponse,
  FacetsResponse,
  HealthReport,
  HistogramResponse,
  ImportResponse,
  MessageResponse,
  MessageSummary,
  MessagesResponse,
  TokenCreated,
  TokenInfo,
  UserInfo,
} from '@calliope/model';
import type { Static } from 'typebox';
import type { ANSWER_SCHEMAS } from '../src/schemas/answer-schemas.ts';

type Answers = { [Name in keyof typeof ANSWER_SCHEMAS]: Static<(typeof ANSWER_SCHEMAS)[Name]> };
/** Fails to compile unless each type can stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

test('the documented bodies are the types that the web interface and the command line use', () => {
  // The compiler is the test: the values say only that it ran.
  const same: [
    Same<Answers['MessageSummary'], MessageSummary>,
    Same<Answers['CallMessage'], CallMessage>,
    Same<Answers['CallRecord'], CallRecord>,
    Same<Answers['CallResponse'], CallResponse>,
    Same<Answers['MessageResponse'], MessageResponse>,
    Same<Answers['MessagesResponse'], MessagesResponse>,
    Same<Answers['HistogramResponse'], HistogramResponse>,
    Same<Answers['FacetsResponse'], FacetsResponse>,
    Same<Answers['HealthReport'], HealthReport>,
    Same<Answers['ImportResponse'], ImportResponse>,
    Same<Answers['UserInfo'], UserInfo>,
    Same<Answers['TokenInfo'], TokenInfo>,
    Same<Answers['TokenCreated'], TokenCreated>,
    [Answers['ErrorResponse']] extends [ErrorResponse] ? true : never,
  ] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true];
  void same;
});
