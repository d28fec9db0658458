namespace Sentinel.Api;

/// <summary>One of the two streams that a process writes to.</summary>
public enum LogStream
{
    Stdout,
    Stderr,
}

public static class LogStreams
{
    public static string Word(this LogStream stream) => stream == LogStream.Stdout ? "stdout" : "stderr";

    /// <summary>Null when there is no such stream.</summary>
    public static LogStream? Parse(string? word) => word switch
    {
        "stdout" => LogStream.Stdout,
        "stderr" => LogStream.Stderr,
        _ => null,
    };
}
