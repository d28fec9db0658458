using System.Text.RegularExpressions;

namespace Sentinel.Model.Policy;

/// <summary>Why the files that a process depends on are not watched as they should be.</summary>
public abstract partial record WatchTrouble
{
    /// <summary>So many changes in a row, each right after a restart that the one before caused, are a loop.</summary>
    public const int Most = 5;

    private WatchTrouble()
    {
    }

    /// <summary>It changes a file at each start, and would be restarted for that for ever. Its watch is paused until the user starts or changes it.</summary>
    /// <param name="Path">As in <see cref="FileChange"/>.</param>
    public sealed partial record Loop(string Path) : WatchTrouble
    {
        /// <summary>The pattern for <c>--watch-ignore</c> that leaves the file out.</summary>
        public string Ignore => Special().Replace(Path.StartsWith('/') ? System.IO.Path.GetFileName(Path) : Path, @"\$0");

        public override string ToString() => $"its watch is paused: {Path} changed right after each of the last {Most} times; --watch-ignore '{Ignore}' leaves it out";

        [GeneratedRegex(@"[*?\[{\\]")]
        private static partial Regex Special();
    }

    /// <summary>They are looked at again and again.</summary>
    /// <param name="Why">As the end of a sentence.</param>
    public sealed record Polled(string Why) : WatchTrouble
    {
        public override string ToString() => $"its files are looked at every 2 s: {Why}";
    }
}
