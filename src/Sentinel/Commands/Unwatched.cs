using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Warns that files are not watched, when no daemon is running.</summary>
internal static class Unwatched
{
    public static void Warn() => Output.Tell("""
        Warning: Files are watched by the daemon, which is not running.
          Run 'sentinel daemon start'.
        """);
}
