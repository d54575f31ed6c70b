"""What turns cost: a dated table of prices (`deck.cost.table`) and the sum for one turn (`deck.cost.money`).

All amounts are whole micro-dollars. Prices are the public list prices of the day of the turn; what somebody really pays
under a subscription, a contract or a batch is not in the traffic.
"""
