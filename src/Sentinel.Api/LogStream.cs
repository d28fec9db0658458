using Sentinel.Model.Processes;

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

    /// <summary>Where one of the logs ends, or begins; null when that is not known.</summary>
    public static long? Of(this LogEnds ends, LogStream stream) => stream == LogStream.Stdout ? ends.Stdout : ends.Stderr;

    /// <summary>Null when there is no such stream.</summary>
    public static LogStream? Parse(string? word) => word switch
    {
        "stdout" => LogStream.Stdout,
        "stderr" => LogStream.Stderr,
        _ => null,
    };
}
