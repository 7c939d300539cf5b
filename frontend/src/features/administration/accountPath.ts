/** Returns the path of the administration page of an account. */
export const accountPath = (id: string) => `/settings/administration/${id}`;
