namespace Sentinel.Commands;

/// <summary>What a command's exit code means; also in the help text and the README.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>All or part of it could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood; nothing was done.</summary>
    public const int Usage = 2;
}
