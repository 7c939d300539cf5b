/** An email address, which page translation leaves as it is. */
export const Address = ({ children }: { children: string }) => <bdi translate={false}>{children}</bdi>;
