namespace Sentinel.Model.Specs;

/// <summary>Modes of files and masks of them, as chmod(1) and umask(1) have them.</summary>
public static class Octal
{
    /// <summary>Four digits, such as 0022.</summary>
    public static string Of(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}
