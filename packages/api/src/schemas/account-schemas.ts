import { Type } from 'typebox';
import { TextEnum } from './text-enum.ts';

export const RoleSchema = TextEnum(['admin', 'user']);
const TimeOrNull = Type.Union([Type.Integer(), Type.Null()]);

export const UserInfoSchema = Type.Object(
  {
    username: Type.String(),
    role: RoleSchema,
    createdUs: Type.Integer(),
    mustChangePassword: Type.Boolean({ description: 'True until a password given by somebody else was changed.' }),
  },
  { $id: 'UserInfo' },
);

export const UserCreatedSchema = Type.Object(
  {
    ...UserInfoSchema.properties,
    password: Type.Optional(Type.String({ description: 'When it was made, this once.' })),
  },
  { $id: 'UserCreated' },
);

const tokenProperties = {
  id: Type.String(),
  name: Type.String(),
  username: Type.String(),
  createdUs: Type.Integer(),
  lastUsedUs: TimeOrNull,
  expiresUs: TimeOrNull,
};

export const TokenInfoSchema = Type.Object(tokenProperties, { $id: 'TokenInfo' });

export const TokenCreatedSchema = Type.Object(
  { ...tokenProperties, secret: Type.String({ description: 'The token itself; never shown again.' }) },
  { $id: 'TokenCreated' },
);

/** Bounds only; what makes a good password is for the accounts to say. */
export const PasswordField = Type.String({ maxLength: 4096, examples: ['correct horse battery staple'] });
export const UsernameField = Type.String({ minLength: 1, maxLength: 256, examples: ['alice'] });
