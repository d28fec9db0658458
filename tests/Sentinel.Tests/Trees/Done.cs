namespace Sentinel.Tests.Trees;

/// <summary>On a <see cref="Machine"/> nothing is waited for in truth: what would take time is done when it returns.</summary>
internal static class Done
{
    public static T Now<T>(this ValueTask<T> work)
    {
        Assert.True(work.IsCompleted);
        return work.GetAwaiter().GetResult();
    }
}
