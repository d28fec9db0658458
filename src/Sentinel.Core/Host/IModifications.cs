namespace Sentinel.Core.Host;

/// <summary>Tells when files are written to, at no cost to the writer.</summary>
public interface IModifications
{
    /// <summary>Calls <paramref name="then"/> once, when a file is next written to; arming it again still makes one call.</summary>
    /// <param name="path">If there is no such file, nothing is reported.</param>
    void Arm(string path, Action then);
}
