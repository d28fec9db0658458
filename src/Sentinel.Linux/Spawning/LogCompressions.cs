using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>Compresses backups in processes of our own; see <see cref="Sentinel.Core.Logs.LogCompression"/>.</summary>
public static class LogCompressions
{
    /// <summary>The command that such a process executes; its argument is the log.</summary>
    public const string CommandName = "log-compress";

    // For setpriority(2) and ioprio_set(2): the lowest priority, and no turn at the disk while others want one.
    private const int Lowest = 19;
    private const int Idle = 3 << 13;

    /// <summary>How the backups of a log are compressed by a child that somebody waits for.</summary>
    public static Launch LaunchOf(string log) => OwnProcess.Launch(OwnProcess.Program, CommandName, log);

    /// <summary>Nobody waits for it. If it cannot start now, it is done with the next backup.</summary>
    /// <param name="warn">Told, in a sentence, what the user should know.</param>
    public static void Begin(string log, Action<string> warn)
    {
        try
        {
            using var nothing = LibC.open("/dev/null", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
            OwnProcess.Begin(nothing, CommandName, log);
        }
        catch (Exception e) when (e is SpawnException or IOException)
        {
            warn(Failure(log, e.Message));
        }
    }

    /// <summary>What to tell the user, in a sentence.</summary>
    internal static string Failure(string log, string why) => $"the backups of {log} are not compressed for now: {why}";

    /// <summary>Gives way to all other processes.</summary>
    public static void GiveWay()
    {
        LibC.setpriority(0, 0, Lowest);
        LibC.ioprio_set(1, 0, Idle);
    }
}
