/** The search box is on top of every page: its page needs no entry of its own in the menu. */
export default function SidebarPages() {
  return null;
}
