namespace Sentinel.Core.Host;

/// <summary>How the oldest part of a log can be removed while its process goes on appending.</summary>
public enum LogRung
{
    /// <summary>The front of the file is cut off.</summary>
    Collapse,

    /// <summary>The space of the front is freed; the log begins where the hole ends.</summary>
    Punch,

    /// <summary>This file system can do neither: a process of Sentinel's stands in between.</summary>
    Reader,
}

public static class LogRungs
{
    public static string Word(this LogRung rung) => rung switch
    {
        LogRung.Collapse => "cutting off its front",
        LogRung.Punch => "freeing the space of its front",
        _ => "a process that reads its output",
    };
}
