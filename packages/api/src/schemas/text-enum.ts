import { type TEnum, type TSchemaOptions, Type } from 'typebox';

/** One of several texts. `type` is said too, which `Type.Enum` leaves out and generators of clients want. */
export function TextEnum<const Values extends string[]>(
  values: [...Values],
  options: TSchemaOptions = {},
): TEnum<Values> {
  return Type.Enum(values, { type: 'string', ...options });
}
