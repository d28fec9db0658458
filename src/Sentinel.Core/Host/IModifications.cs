namespace Sentinel.Core.Host;

/// <summary>Tells when files are written to, without cost to whoever writes.</summary>
public interface IModifications
{
    /// <summary>Calls <paramref name="then"/> once, when a file is next written to; again armed it is still once.</summary>
    /// <param name="path">Where there is no such file nothing is told.</param>
    void Arm(string path, Action then);
}
