using Sentinel.Core.Host;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Trees;

/// <summary>Tells whether one process belongs to a tree, without looking at all the others.</summary>
public static class TreeMembership
{
    // Guards against a loop of parents, which come and go while they are looked at.
    private const int MostGenerations = 100;

    /// <returns>Null when it is gone, or as good as gone, and nothing tells any more.</returns>
    public static bool? Of(int pid, TreeRoot root, IProcessTable table)
    {
        var main = root.Identity is { } identity && table.Look(identity) is not null ? identity.Pid : (int?)null;
        var isGone = false;
        for (var (current, generation) = (pid, 0); current > 1 && generation < MostGenerations; generation++)
        {
            if (current == main)
                return true;
            if (table.Look(current) is not { } seen)
                return generation == 0 ? null : isGone ? null : false;
            isGone |= generation == 0 && seen.HasEnded;
            if (seen.Session == main)
                return true;
            // A supervised process may itself supervise: what it has marked as another tree's belongs to that tree.
            if (table.SignOf(current) is var sign && sign != default)
                return IsOf(sign, root);
            current = seen.Parent;
        }

        return isGone ? null : false;
    }

    private static bool IsOf(TreeSign sign, TreeRoot root) => sign.Cookie is { } cookie
        ? cookie == root.Cookie || RunCookie.RecordOf(cookie) == root.Cookie
        : sign.Mark is { } mark && TreeMark.Of(root.Cookie) is var own
            && (mark == own || (RunCookie.IsOfRecord(root.Cookie) && TreeMark.RecordOf(mark) == TreeMark.RecordOf(own)));
}
