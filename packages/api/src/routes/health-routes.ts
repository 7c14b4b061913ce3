import type { HealthReport } from '@calliope/model';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { EXAMPLE_HEALTH } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers } from '../schemas/answer-schemas.ts';

/** `GET health` */
export function addHealthRoute(app: ApiApp, context: ApiContext): void {
  const { status, version } = EXAMPLE_HEALTH;
  app.get(
    '/health',
    {
      config: { access: 'anonymous' },
      schema: {
        operationId: 'health',
        tags: ['server'],
        summary: 'How the server is',
        description:
          'Everything for who is logged in; state and version for others. The status is 200 whatever the state: read `status`.',
        response: {
          200: {
            description: 'The report.',
            content: {
              'application/json': {
                schema: { anyOf: [answerRef('HealthReport'), answerRef('HealthSummary')] },
                examples: { user: { value: EXAMPLE_HEALTH }, anonymous: { value: { status, version } } },
              },
            },
          },
          ...errorAnswers('unauthorized'),
        },
      },
    },
    async ({ principal }): Promise<HealthReport | Pick<HealthReport, 'status' | 'version'>> => {
      const report = await context.health();
      return principal ? report : { status: report.status, version: report.version };
    },
  );
}

/** `GET /metrics` */
export function addMetricsRoute(app: ApiApp, context: ApiContext): void {
  app.get(
    '/metrics',
    {
      config: { access: 'local' },
      schema: {
        operationId: 'metrics',
        tags: ['server'],
        summary: "Counters in Prometheus' text format",
        description: 'From the same machine without a token; from elsewhere, or through a proxy, with one.',
        response: {
          200: {
            description: 'Text exposition format 0.0.4.',
            content: {
              'text/plain': {
                schema: { type: 'string' },
                example: '# TYPE calliope_uptime_seconds gauge\ncalliope_uptime_seconds 86400\n',
              },
            },
          },
          ...errorAnswers('unauthorized'),
        },
      },
    },
    async (_request, reply) => {
      const text = await context.metrics();
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  );
}
