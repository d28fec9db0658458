namespace Sentinel.Core.Host;

/// <summary>How the oldest part of a log can be taken out while its process goes on appending.</summary>
public enum LogRung
{
    /// <summary>The front of the file is cut off.</summary>
    Collapse,

    /// <summary>The space of the front is given back; the log begins where the hole ends.</summary>
    Punch,

    /// <summary>Neither can be done on this file system: a process of ours stands between.</summary>
    Reader,
}

public static class LogRungs
{
    public static string Word(this LogRung rung) => rung switch
    {
        LogRung.Collapse => "cutting off its front",
        LogRung.Punch => "giving back the space of its front",
        _ => "a process that reads what is written",
    };
}
