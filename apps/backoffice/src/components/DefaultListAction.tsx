import React, { type ComponentType } from 'react';
import type { PageProps } from './parts/props';

interface ListProps extends PageProps {
  setTag?: (tag: string) => void;
  OriginalComponent: ComponentType<PageProps & { setTag?: (tag: string) => void }>;
}

const LARGE = ['deliveries', 'events', 'attempts'];
const COUNT_CAP = 1_000;

/** AdminJS's list, which says where counting and looking stop. */
export default function DefaultListAction({ OriginalComponent, setTag, ...props }: ListProps) {
  const tell = (tag: string) => setTag?.(LARGE.includes(props.resource.id) && Number(tag) > COUNT_CAP ? 'more than 1,000' : tag);
  return (
    <>
      <OriginalComponent {...props} setTag={tell} />
      {LARGE.includes(props.resource.id) && (
        <p className="bo-faint bo-note">
          Newest first. Account, webhook, id, time and “failed” are found however far back; other filters look through the newest 100,000, or 20,000 of what those give. Counting stops at 1,000: narrow the time to see older ones.
        </p>
      )}
    </>
  );
} // prettier-ignore
