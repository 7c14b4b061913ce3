import { FIELDS } from '@calliope/query';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { errorAnswers, jsonAnswer } from '../schemas/answer-schemas.ts';

/** `GET fields` */
export function addFieldRoute(app: ApiApp, _context: ApiContext): void {
  const fields = Object.values(FIELDS);
  app.get(
    '/fields',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'fields',
        tags: ['search'],
        summary: 'The fields of the search language',
        description: 'With their aliases, types, operators and examples: for completion, and to look up.',
        response: {
          200: jsonAnswer(
            'The fields.',
            {
              type: 'object',
              required: ['fields'],
              properties: {
                fields: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['name', 'type', 'description'],
                    properties: {
                      name: { type: 'string' },
                      type: { type: 'string' },
                      description: { type: 'string' },
                    },
                  },
                },
              },
            },
            { fields: fields.slice(0, 1) },
          ),
          ...errorAnswers('unauthorized'),
        },
      },
    },
    async () => ({ fields }),
  );
}
