namespace Sentinel.Rendering;

/// <summary>A process of the system, in the tree of one of ours.</summary>
internal sealed record TreeMember(int Pid, int Parent, string Program, long MemoryBytes, TimeSpan? CpuTime);

/// <summary>The processes of a tree, each below its parent.</summary>
internal static class TreeText
{
    public static IEnumerable<string> Lines(IReadOnlyList<TreeMember> members, Style style)
    {
        if (members.Count == 0)
            return ["Nothing of it runs"];
        var pids = members.Select(member => member.Pid).ToHashSet();
        var children = members.ToLookup(member => pids.Contains(member.Parent) && member.Parent != member.Pid ? member.Parent : 0);
        var lines = new List<string>();
        foreach (var root in children[0].OrderBy(member => member.Pid))
            Add(root, "", "");
        return lines;

        void Add(TreeMember member, string before, string below)
        {
            var used = member.CpuTime is { } time ? $", {Text.ExactDuration(time)} of CPU" : "";
            lines.Add($"{style.Paint(before, Color.Dim)}{style.Paint(member.Pid.ToString(), Color.Bold)} {Text.Printable(member.Program)}  {style.Paint($"{Text.Memory(member.MemoryBytes)}{used}", Color.Dim)}");
            var own = children[member.Pid].OrderBy(child => child.Pid).ToList();
            for (var i = 0; i < own.Count; i++)
                Add(own[i], below + (i == own.Count - 1 ? "└─ " : "├─ "), below + (i == own.Count - 1 ? "   " : "│  "));
        }
    }
}
