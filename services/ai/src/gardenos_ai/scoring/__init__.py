"""How promising a lead is: a number from 0 to 100, made of reasons that anybody can read and add up.

`ruleset` counts and is pure, `rules` is what an agency may say of it; `hearing` keeps what is counted, `scoring` has it
counted by jobs, `queries` answers.
"""
