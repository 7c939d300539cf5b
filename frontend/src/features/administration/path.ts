/** The page of one account. */
export const pathOf = (id: string) => `/settings/administration/${id}`;
